import type { Failure } from '@changeover/errors'
import { errors } from './errors.ts'
import { keyPairs } from './identity.ts'
import type { Mapping } from './mapping.ts'

type Checked = Pick<Mapping, 'name' | 'legacy' | 'target' | 'identity' | 'rules' | 'refersTo'>

/** What is wrong with a mapping as a whole: fields lost, unwritten or written twice. Empty for a sound one. */
export function problemsOf(mapping: Checked): readonly Failure[] {
  return [...lostFields(mapping), ...unwrittenFields(mapping), ...doubleWrites(mapping)]
}

function lostFields({ name, legacy, rules }: Checked): readonly Failure[] {
  const kept = new Set<string>([
    ...legacy.key,
    ...rules.flatMap(({ shape }) => [...shape.restores, ...(shape.drops ?? [])]),
  ])
  return Object.keys(legacy.fields)
    .filter((field) => !kept.has(field))
    .map((field) => errors.LEGACY_FIELD_UNREAD({ mapping: name, field }))
}

function unwrittenFields(mapping: Checked): readonly Failure[] {
  const written = new Set([
    ...mapping.target.key,
    ...keyPairs(mapping).map(({ slot }) => slot.field.name),
    ...mapping.rules.flatMap(({ slots }) => slots.map(({ slot }) => slot.field.name)),
  ])
  return Object.values(mapping.target.fields)
    .filter((field) => !field.optional && !written.has(field.name))
    .map((field) => errors.TARGET_FIELD_UNWRITTEN({ mapping: mapping.name, field: field.name }))
}

function doubleWrites(mapping: Checked): readonly Failure[] {
  const writers = new Map<string, string[]>()
  const write = (place: string, by: string) => writers.set(place, [...(writers.get(place) ?? []), by])
  for (const { field, slot } of keyPairs(mapping)) {
    write(`legacy ${field.name}`, 'identity')
    write(slot.ref, 'identity')
  }
  for (const { label, shape, slots } of mapping.rules) {
    for (const { slot } of slots) write(slot.ref, label)
    for (const field of [...shape.restores, ...(shape.drops ?? [])]) write(`legacy ${field}`, label)
  }
  const wholes = [...writers.keys()].filter((place) => !place.includes('.'))
  for (const whole of wholes)
    for (const part of [...writers.keys()].filter((place) => place.startsWith(`${whole}.`)))
      for (const by of writers.get(part) ?? []) write(whole, by)
  return [...writers]
    .filter(([, by]) => by.length > 1)
    .map(([field, by]) => errors.FIELD_WRITTEN_TWICE({ mapping: mapping.name, field, rules: by.join(', ') }))
}
