/** The first thing the Tab key meets: past the bar, into the page. */
export function SkipLink() {
  return (
    <a
      href="#main"
      className="bg-accent text-on-accent fixed top-2 left-2 z-50 -translate-y-16 rounded-sm px-3 py-2 text-sm font-medium focus:translate-y-0"
    >
      Skip to content
    </a>
  );
}
