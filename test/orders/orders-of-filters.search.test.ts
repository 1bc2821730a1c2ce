/** Sessions in several worktrees, which share git's configuration, one file operation at a time. */
import { exploreAll } from './explore-all.ts'
import { threeWorktrees, twoWorktrees } from './filter-scenes.ts'

exploreAll('orders of filters', {
  'two worktrees': { scene: twoWorktrees, quick: [1, 0], full: [1, 1], deep: [2, 1] },
  'two worktrees, of which both can be killed': {
    scene: twoWorktrees,
    quick: [0, 2],
    full: [0, 2],
    deep: [1, 2],
  },
  'three worktrees': { scene: threeWorktrees, quick: [0, 0], full: [0, 1], deep: [1, 1] },
})
