/** bcrypt by bcryptjs, for where there is no compiled one: see `passwords.ts`. */
export { encodeBase64, hashSync } from 'bcryptjs';
