import type { OptionsSync, PublicExplorerSync } from 'cosmiconfig'

/** cosmiconfig marks its class as internal, which takes the declaration out of its own types. */
declare module 'cosmiconfig/dist/ExplorerSync.js' {
  export interface ExplorerOptions extends OptionsSync {
    readonly moduleName: string
    /** Null: no file changes the options. */
    readonly metaConfigFilePath: null
  }
  export class ExplorerSync {
    constructor(options: ExplorerOptions)
    readonly search: PublicExplorerSync['search']
  }
}
