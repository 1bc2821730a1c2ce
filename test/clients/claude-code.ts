import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Made up; the terminal client wants its last 20 characters approved. */
const API_KEY = 'sk-ant-made-up-key-of-a-test-0123456789'

export interface ClaudeCode {
  /** False where the client ships no program for this platform. */
  readonly isInstalled: boolean
  /** Absolute path of the native program: it needs no node, so any node may run these tests. */
  readonly executable: string
  /** The version this package names, e.g. `2.1.330`. */
  readonly version: string
}

/**
 * The client that npm installed here.
 * The main package's own `claude` is a placeholder until an install script has run; the program
 * lies in the one platform package that npm chose by system, processor and C library.
 */
export function findClaudeCode(): ClaudeCode {
  const scope = join(import.meta.dirname, 'node_modules/@anthropic-ai')
  const program = process.platform === 'win32' ? 'claude.exe' : 'claude'
  const platform = `claude-code-${process.platform}-${process.arch}`
  const executable = readdirSync(scope)
    .filter((name) => name.startsWith(platform))
    .map((name) => join(scope, name, program))
    .find((path) => existsSync(path))
  return {
    isInstalled: executable !== undefined,
    executable: executable ?? '',
    version: namedVersion(),
  }
}

function namedVersion(): string {
  const text = readFileSync(join(import.meta.dirname, 'package.json'), 'utf8')
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(text)
  return dependencies['@anthropic-ai/claude-code'] ?? ''
}

/**
 * Everything the client is told, and nothing of the caller's but the search path. Whatever it
 * would send elsewhere goes to the mock as a proxy, which refuses it and keeps a note.
 */
export function claudeEnvironment(apiUrl: string, home: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    LC_ALL: 'C.UTF-8',
    HOME: home,
    ANTHROPIC_BASE_URL: apiUrl,
    ANTHROPIC_API_KEY: API_KEY,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    HTTP_PROXY: apiUrl,
    HTTPS_PROXY: apiUrl,
    NO_PROXY: '127.0.0.1',
  }
}

/** `~/.claude.json` of a person who has been through the first start and trusts this folder. */
export function settledIn(folder: string): string {
  return JSON.stringify({
    hasCompletedOnboarding: true,
    theme: 'dark',
    customApiKeyResponses: { approved: [API_KEY.slice(-20)] },
    projects: { [folder]: { hasTrustDialogAccepted: true } },
  })
}
