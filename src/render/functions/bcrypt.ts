/** bcrypt by bcryptjs: Node has none of its own. */
export { genSaltSync, hashSync, truncates } from 'bcryptjs';
