"use strict";
/* A photo from the camera: made smaller before it is stored, its own time kept, cut into pieces with a hash each. */
(function (Phone) {
  const PIECE = 65536, LARGE_PIECE = 262144;
  const KINDS = { "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic", "image/heif": "heic" };

  /* The time the camera wrote into a JPEG (DateTimeOriginal), else the file's own. A claim, like every time of a phone. */
  Phone.takenAt = async function (file) {
    const view = new DataView(await file.slice(0, 131072).arrayBuffer());
    const written = readExif(view);
    const parts = written && /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)/.exec(written);
    const moment = parts ? new Date(parts[1], parts[2] - 1, parts[3], parts[4], parts[5], parts[6]) : new Date(file.lastModified || Date.now());
    return Number.isNaN(moment.getTime()) ? new Date().toISOString() : moment.toISOString();
  };
  function readExif(view) {
    try {
      if (view.getUint16(0) !== 0xffd8) return null;
      for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
        if (view.getUint16(at) === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return readTiff(view, at + 10);
      }
    } catch (error) { /* cut off or not what it claims: the file's time will do */ }
    return null;
  }
  function readTiff(view, start) {
    const little = view.getUint16(start) === 0x4949;
    const find = (directory, wanted) => {
      for (let entry = 0; entry < view.getUint16(start + directory, little); entry += 1) {
        const at = start + directory + 2 + entry * 12;
        if (view.getUint16(at, little) === wanted) return view.getUint32(at + 8, little);
      }
      return 0;
    };
    const exif = find(view.getUint32(start + 4, little), 0x8769), original = exif && find(exif, 0x9003);
    return original ? String.fromCharCode(...new Uint8Array(view.buffer, start + original, 19)) : null;
  }

  async function drawn(file, edge, quality, stamp) {
    const image = new Image();
    image.src = URL.createObjectURL(file);
    try {
      await image.decode();
      const scale = Math.min(1, edge / Math.max(image.naturalWidth, image.naturalHeight));
      const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
      canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
      canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      if (stamp) {
        const size = Math.max(11, Math.round(canvas.width / 40)), high = Math.round(size * 1.8);
        pen.fillStyle = "rgba(8, 16, 24, .72)";
        pen.fillRect(0, canvas.height - high, canvas.width, high);
        pen.fillStyle = "#fff";
        pen.font = `${size}px sans-serif`;
        pen.textBaseline = "middle";
        pen.fillText(stamp, size / 2, canvas.height - high / 2, canvas.width - size);
      }
      return await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", quality); });
    } finally {
      URL.revokeObjectURL(image.src);
    }
  }
  const place = () => new Promise((resolve) => {
    const found = (position) => resolve(`${position.coords.latitude.toFixed(5)}, ${position.coords.longitude.toFixed(5)}`);
    if (navigator.geolocation) navigator.geolocation.getCurrentPosition(found, () => resolve(""), { timeout: 8000, maximumAge: 60000 });
    else resolve("");
  });

  /* Stores the photo; throws when there is no room or the file is no picture this phone can open */
  Phone.keepPhoto = async function (unit, code, file, options) {
    const takenAt = await Phone.takenAt(file), words = [];
    if (options.stampTime) words.push(new Date(takenAt).toLocaleString("zh-CN", { hour12: false }));
    if (options.stampPlace) words.push(await place());
    const stamp = words.filter(Boolean).join("　"), whole = !unit.edge && !stamp && KINDS[file.type];
    const blob = whole ? file.slice(0, file.size, file.type) : await drawn(file, unit.edge || 10000, unit.edge ? 0.75 : 0.92, stamp);
    if (!blob) throw new Error("no picture");
    const bytes = new Uint8Array(await blob.arrayBuffer()), size = bytes.length > 2097152 ? LARGE_PIECE : PIECE, pieces = [];
    for (let at = 0; at < bytes.length; at += size) pieces.push(await Phone.sha256(bytes.slice(at, at + size)));
    const thumb = await drawn(blob, 240, 0.7).catch(() => null);
    const photo = {
      id: Phone.uuid(), unit: unit.id, unitName: unit.unit, ticket: unit.ticket, code, blob: new Blob([bytes], { type: blob.type }), thumb, size: bytes.length, before: file.size,
      extension: KINDS[blob.type] || "jpg", sha256: await Phone.sha256(bytes), pieces, piece: size, takenAt, addedAt: new Date().toISOString(), state: "", problems: [],
    };
    await Phone.addPhoto(photo);
    return photo;
  };
})(window.Phone);
