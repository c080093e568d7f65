// A checksum, by which a page finds out that its content is not as it was written.

const POLYNOMIAL = 0xedb88320;
const BITS = 8;

/**
 * The CRC-32 of a text in UTF-8, as zlib has it (ISO 3309).
 * @param {string} text
 * @returns {number} a whole number, 0 or larger
 */
export function crc32(text) {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => afterBits(byte));
  let found = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) found = table[(found ^ byte) & 0xff] ^ (found >>> BITS);
  return (found ^ 0xffffffff) >>> 0;
}

/** @param {number} byte */
function afterBits(byte) {
  let found = byte;
  for (let bit = 0; bit < BITS; bit++) found = found & 1 ? POLYNOMIAL ^ (found >>> 1) : found >>> 1;
  return found;
}
