declare const __FLOW_VERSION__: string

/** The package's version, put in by the build; tests run from the sources. */
export const VERSION = typeof __FLOW_VERSION__ === 'undefined' ? '0.0.0' : __FLOW_VERSION__
