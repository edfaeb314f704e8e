import {
  constant,
  copy,
  defineMapping,
  intoJson,
  joinTexts,
  reference,
  storedIn,
  table,
} from '@changeover/mapping'
import { address, partyOf } from './party.ts'

const employees = table(
  'employees',
  {
    employeeId: 'smallint not null',
    lastName: 'varchar(20) not null',
    firstName: 'varchar(10) not null',
    title: 'varchar(30)',
    titleOfCourtesy: 'varchar(25)',
    birthDate: 'date',
    hireDate: 'date',
    ...address,
    homePhone: 'varchar(24)',
    extension: 'varchar(4)',
    notes: 'text',
    reportsTo: 'smallint',
    photoPath: 'varchar(255)',
  },
  {
    key: ['employeeId'],
    ordered: [['birthDate', 'hireDate']],
    leftOut: {
      photo: 'bytes stay in the legacy table until they have been moved to a file store by photo_path',
    },
  },
)

/** The name of an employee is put together from two columns, which are kept, and divided again where it was changed. */
export const employeeToParty = defineMapping({
  name: 'Employee',
  legacy: employees,
  target: partyOf('employee'),
  identity: storedIn('data.employee_id'),
  rules: [
    constant('kind', 'employee'),
    joinTexts({
      fields: ['firstName', 'lastName'],
      separator: ' ',
      slot: 'name',
      residue: { firstName: 'data.first_name', lastName: 'data.last_name' },
    }),
    copy('title').as('jobTitle'),
    copy('homePhone').as('phone'),
    copy('address', 'city', 'region', 'postalCode', 'country'),
    reference('reportsTo', 'self'),
    intoJson('data', 'titleOfCourtesy', 'birthDate', 'hireDate', 'extension', 'notes', 'photoPath'),
  ],
})
