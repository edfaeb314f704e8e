/** JSON that JavaScript cannot read without loss, or that is easy to mistake for something else. */
export const jsonObjects: readonly string[] = [
  '{}',
  '{"region": "BARMM", "provinces": ["Maguindanao", "Lanao del Sur"]}',
  '{"big": 9007199254740993, "negative": -9007199254740993}',
  '{"scale": 1.50, "precise": 0.1234567890123456789, "huge": 1e30}',
  '{"none": null, "nested": {"deep": [null, {"none": null}, []]}}',
  '{"": "empty key", "a.b": "dotted", "quote\\"": "\\\\"}',
  '{"café": "é", "cafe\\u0301": "e\\u0301", "🌊": "🏝️"}',
  '{"text": "9007199254740993", "truth": true, "empty": ""}',
  '{"list": [1, "1", true, "true", null, "null"]}',
]

/** The same, and what is no object at all: a list, a text, a number, JSON's own null. */
export const jsonValues: readonly string[] = [
  ...jsonObjects,
  '[]',
  '[[], {}, null]',
  '"text"',
  '"null"',
  '9007199254740993',
  '1.50',
  'false',
  'null',
]
