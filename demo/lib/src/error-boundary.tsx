// ErrorBoundary: where a query fails, its message stands in place of what it would have shown.
import { Component, type ReactNode } from "react";
import { Icon } from "./icons.tsx";
import { toSentence } from "./sentence.ts";

interface State {
  error: unknown;
}

export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <div className="failure" role="alert">
        <Icon name="warning" />
        <h1>This cannot be shown</h1>
        <p>{toSentence(this.state.error)}</p>
        <button
          type="button"
          className="button primary"
          onClick={() => this.setState({ error: null })}
        >
          Try again
        </button>
      </div>
    );
  }
}
