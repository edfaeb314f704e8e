export { companyToOrg, family, familyTables, personToMember, stepToStage, teamToUnit } from './family.ts'
