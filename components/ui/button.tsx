import type { ComponentProps } from "react";

import { buttonClass, type ButtonLook } from "./button-class.ts";
import { Link } from "./link.tsx";

/** A button that does something on this page. For a form's button that waits, use `SubmitButton`. */
export function Button({ variant, size, className, type = "button", ...rest }: ComponentProps<"button"> & ButtonLook) {
  return <button type={type} className={buttonClass({ variant, size, className })} {...rest} />;
}

/** A link that looks like a button, for going somewhere inside Berth. */
export function ButtonLink({ variant, size, className, ...rest }: ComponentProps<typeof Link> & ButtonLook) {
  return <Link className={buttonClass({ variant, size, className })} {...rest} />;
}

/** A link that looks like a button and leads out of Berth, in a new tab. */
export function ButtonAnchor({ variant, size, className, children, ...rest }: ComponentProps<"a"> & ButtonLook) {
  return (
    <a target="_blank" rel="noreferrer" className={buttonClass({ variant, size, className })} {...rest}>
      {children}
    </a>
  );
}
