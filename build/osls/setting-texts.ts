/** What `docs/settings.md` says of each setting, without its links and marks. */
export const settingTexts = (page: string): ReadonlyMap<string, string> => {
  const texts = new Map<string, string>();
  for (const [, names = '', meaning = ''] of page.matchAll(/^\| (`[^|]+) \| [^|]* \| (.+) \|$/gm))
    for (const [, name = ''] of names.matchAll(/`([A-Z][A-Z_]+)`/g))
      if (!texts.has(name)) texts.set(name, plain(meaning));
  return texts;
};

const plain = (markdown: string): string =>
  markdown
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '')
    .replaceAll('**', '');
