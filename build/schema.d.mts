export function writeSchema(file: string): Promise<void>
export function configSchema(): Promise<object>
