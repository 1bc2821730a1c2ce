/** git runs hooks at the top of the working tree, and a project may be a folder of it. */
export function concerns(cwd: string | null, projectPath: string): boolean {
  return cwd !== null && (isWithin(cwd, projectPath) || isWithin(projectPath, cwd))
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
}
