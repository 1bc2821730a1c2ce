/** `14:03` of today, `2026-11-21 14:03` of another day: local time. */
export function clockTime(at: Date, now: Date): string {
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`
  return dayOf(at) === dayOf(now) ? time : `${dayOf(at)} ${time}`
}

/** `2026-11-21 14:03` in local time; what is no date is handed back. */
export function dateTime(iso: string): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  return `${dayOf(at)} ${two(at.getHours())}:${two(at.getMinutes())}`
}

function dayOf(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
