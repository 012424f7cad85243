/** bcrypt in JavaScript, for platforms without the compiled package: see `passwords.ts`. */
export { encodeBase64, hashSync } from 'bcryptjs';
