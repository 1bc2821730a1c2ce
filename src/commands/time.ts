/** Times and spans of time, for people. */

/** `12 s`, `5 min`, `3 h`, `2 days`: how long ago `since` (ISO 8601) was. */
export function age(since: string, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(since)) / 1000))
  if (Number.isNaN(seconds)) return 'an unknown time'
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`
}

/** `14:03` of today, `2026-11-21 14:03` of another day: local time. */
export function clockTime(at: Date, now: Date): string {
  const [day, time] = dayAndTime(at)
  return day === dayAndTime(now)[0] ? time : `${day} ${time}`
}

/** `2026-11-21 14:03` in local time; what is no date is handed back. */
export function dateTime(iso: string): string {
  const at = new Date(iso)
  return Number.isNaN(at.getTime()) ? iso : dayAndTime(at).join(' ')
}

function dayAndTime(at: Date): readonly [string, string] {
  const two = (number: number) => String(number).padStart(2, '0')
  return [
    `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    `${two(at.getHours())}:${two(at.getMinutes())}`,
  ]
}
