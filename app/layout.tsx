import "./globals.css";
import type { Metadata, Viewport } from "next";
import localFont from "next/font/local";
import { cookies } from "next/headers";
import type { ReactNode } from "react";

import { SkipLink } from "#components/shell/skip-link.tsx";
import { themeClass, themeCookie, themeOf } from "#components/shell/theme.ts";
import { Toaster } from "#components/ui/toaster.tsx";
import { TooltipLayer } from "#components/ui/tooltip-layer.tsx";

// Every page shows live state and carries the request's nonce.
export const dynamic = "force-dynamic";

export const metadata: Metadata = {
  title: { default: "Berth", template: "%s · Berth" },
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f9fafb" },
    { media: "(prefers-color-scheme: dark)", color: "#0f1013" },
  ],
};

// The Latin faces are preloaded; globals.css knows the others, which browsers fetch when a name needs them.
const sans = localFont({
  src: "../node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  variable: "--font-latin",
  weight: "100 900",
  display: "swap",
  adjustFontFallback: false,
});
const mono = localFont({
  src: "../node_modules/@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
  variable: "--font-latin-mono",
  weight: "100 800",
  display: "swap",
  adjustFontFallback: false,
  preload: false,
});

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  const theme = themeOf((await cookies()).get(themeCookie)?.value);
  const classes = [sans.variable, mono.variable, themeClass(theme)].filter((each) => each !== undefined);
  return (
    <html lang="en" className={classes.join(" ")} suppressHydrationWarning>
      <body className="font-sans">
        <SkipLink />
        {children}
        <Toaster />
        <TooltipLayer />
      </body>
    </html>
  );
}
