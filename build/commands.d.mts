export function writeCommands(): Promise<void>
export function commandsDocument(): Promise<string>
