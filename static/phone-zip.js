"use strict";
/* The backup package: a zip whose members are stored as they are. The office imports it; nothing here is sent anywhere. */
(function (Phone) {
  const table = new Int32Array(256).map((_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  function crc32(bytes) {
    let value = -1;
    for (let at = 0; at < bytes.length; at += 1) value = (value >>> 8) ^ table[(value ^ bytes[at]) & 255];
    return (value ^ -1) >>> 0;
  }
  function header(signature, fields) {
    const bytes = new Uint8Array(4 + fields.reduce((sum, [, width]) => sum + width, 0)), view = new DataView(bytes.buffer);
    view.setUint32(0, signature, true);
    fields.reduce((at, [value, width]) => {
      if (width === 2) view.setUint16(at, value, true);
      else view.setUint32(at, value, true);
      return at + width;
    }, 4);
    return bytes;
  }

  /* [[name, Uint8Array]] as a Blob */
  Phone.zip = function (members) {
    const parts = [], directory = [], now = new Date();
    const time = (now.getHours() << 11) | (now.getMinutes() << 5) | (now.getSeconds() >> 1);
    const day = ((now.getFullYear() - 1980) << 9) | ((now.getMonth() + 1) << 5) | now.getDate();
    let offset = 0;
    members.forEach(([name, bytes]) => {
      const label = new TextEncoder().encode(name);
      const facts = [[20, 2], [0x800, 2], [0, 2], [time, 2], [day & 65535, 2], [crc32(bytes), 4], [bytes.length, 4], [bytes.length, 4], [label.length, 2], [0, 2]];
      const local = header(0x04034b50, facts);
      directory.push(header(0x02014b50, [[20, 2], ...facts, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]]), label);
      parts.push(local, label, bytes);
      offset += local.length + label.length + bytes.length;
    });
    const size = directory.reduce((sum, part) => sum + part.length, 0);
    const end = header(0x06054b50, [[0, 2], [0, 2], [members.length, 2], [members.length, 2], [size, 4], [offset, 4], [0, 2]]);
    return new Blob([...parts, ...directory, end], { type: "application/zip" });
  };

  /* Everything on this phone: the newest content of each record and every photo whose bytes are still here */
  Phone.exportPackage = async function (user) {
    const { records, photos } = await Phone.queue(), members = [], listed = [];
    for (const photo of photos.filter((one) => one.blob && !one.removed)) {
      const file = `photos/${photo.id}.${photo.extension}`;
      members.push([file, new Uint8Array(await photo.blob.arrayBuffer())]);
      listed.push(Object.assign({ file }, Phone.announcement(photo)));
    }
    const said = [];
    for (const record of records) {
      said.push(await Phone.message(record));
      if (record.rival) said.push(await Phone.message(Object.assign({}, record, record.rival)));
    }
    const manifest = { format: 1, user: user.username, name: user.name, made_at: new Date().toISOString(), records: said, photos: listed };
    return Phone.zip([["manifest.json", new TextEncoder().encode(JSON.stringify(manifest))], ...members]);
  };
})(window.Phone);
