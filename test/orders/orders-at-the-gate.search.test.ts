/** Nobody but one is ever inside: processes at the gate, one file operation at a time. */
import { exploreAll } from './explore-all.ts'
import {
  gateTakenAway,
  oldListing,
  oneAgainAndAgain,
  slowAndTakenAway,
  slowProcess,
  threeAtGate,
  tornListings,
  twoAtGate,
  twoMakeGate,
} from './gate-scenes.ts'

exploreAll('orders at the gate', {
  'two processes': { scene: twoAtGate, quick: [2, 1], full: [4, 2] },
  'two processes, one of them again and again': {
    scene: oneAgainAndAgain,
    quick: [1, 1],
    full: [3, 1],
  },
  'three processes': { scene: threeAtGate, quick: [0, 1], full: [2, 1] },
  'two processes that both make the gate': { scene: twoMakeGate, quick: [1, 1], full: [3, 1] },
  'two processes whose listings miss what comes and goes': {
    scene: tornListings,
    quick: [1, 1],
    full: [3, 1],
  },
  'a process so slow that its number was used and swept meanwhile': {
    scene: slowProcess,
    quick: [2, 0],
    full: [3, 1],
  },
  'a slow process that dies, and one that judges its claim by an old listing': {
    scene: oldListing,
    quick: [0, 1],
    full: [2, 1],
  },
  'a process, and one that takes the gate away': {
    scene: gateTakenAway(1),
    quick: [1, 1],
    full: [2, 1],
  },
  'a process that comes again and again, and one that takes the gate away': {
    scene: gateTakenAway(2),
    quick: [1, 0],
    full: [2, 0],
  },
  'two processes, and one that takes the gate away': {
    scene: gateTakenAway(1, 1),
    quick: [0, 1],
    full: [1, 0],
  },
  'a process so slow that the gate which it knows is to be taken away': {
    scene: slowAndTakenAway,
    quick: [1, 0],
    full: [2, 1],
  },
})
