export function drawDemo(output: string): string
