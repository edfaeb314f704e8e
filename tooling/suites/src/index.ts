import { sample as addressBook } from '@changeover/example-address-book'
import { sample as northwindParty } from '@changeover/example-northwind-party'
import { sample as splitAddress } from '@changeover/example-split-address'
import type { SampleSystem } from '@changeover/migration'
import { systems } from '@changeover/systems'
import { exampleSystem } from './example-system.ts'

/** Every reference system and every example: what the suites of this folder and the benchmarks go through. */
export const samples: readonly SampleSystem[] = [
  ...systems,
  ...[addressBook, northwindParty, splitAddress].map(exampleSystem),
]
