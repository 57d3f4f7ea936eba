// Types of item.js.
export interface ItemFields {
  title: string;
  note: string;
  group: number;
  status: string;
  priority: number;
  done: boolean;
  due: number;
}

export declare function itemFields(n: number, groupSize: number): ItemFields;
