// Seed data: the demo's organizations, their people and schedules around the current date. Pure.
//
// The first person of an organization founds it. Days count from today, hours from midnight.

/** @typedef {{ name: string, email: string, role: "admin" | "member" | "viewer" }} Person */

const ada = { name: "Ada Lindqvist", email: "ada@northwind.example" };
const ben = { name: "Ben Okafor", email: "ben@northwind.example" };
const cleo = { name: "Cleo Marchetti", email: "cleo@northwind.example" };
const dora = { name: "Dora Haas", email: "dora@harbor.example" };
const eli = { name: "Eli Tanaka", email: "eli@tanaka.example" };

// person, title, description, first day, hour, last day, hour, status
const northwind = [
  [
    ada,
    "Spring identity kickoff",
    "Goals, budget and who decides what",
    -12,
    10,
    -12,
    12,
    "completed",
  ],
  [
    ben,
    "Interviews with customers",
    "Eight calls, notes in the shared folder",
    -10,
    9,
    -7,
    17,
    "completed",
  ],
  [eli, "Competitor review", "", -8, 9, -6, 16, "completed"],
  [ada, "Budget round two", "Waits for the client’s numbers", -5, 14, -5, 15, "cancelled"],
  [ben, "Logo sketches", "Three directions, black and white only", -4, 9, 1, 17, "active"],
  [ada, "Weekly planning", "Who does what until Friday", -1, 9, -1, 10, "completed"],
  [eli, "Type and colour study", "", -2, 10, 2, 16, "active"],
  [ada, "Client check-in", "Show the sketches, collect doubts", 0, 11, 0, 12, "active"],
  [ben, "Photo shoot: workshop", "Bring the grey backdrop", 1, 8, 1, 18, "active"],
  [eli, "Website structure", "Pages, navigation, search", 2, 9, 4, 17, "active"],
  [ada, "Contract for the printers", "", 3, 13, 3, 14, "draft"],
  [ben, "Packaging mock-ups", "Two sizes, recycled board", 3, 9, 6, 17, "draft"],
  [ada, "Review of the directions", "Choose one of three", 5, 10, 5, 12, "active"],
  [eli, "Prototype of the landing page", "", 6, 9, 10, 17, "draft"],
  [ben, "Team lunch", "Ben cooks", 7, 12, 7, 14, "active"],
  [
    ada,
    "Presentation to the board",
    "Thirty minutes, twenty slides at most",
    9,
    15,
    9,
    16,
    "draft",
  ],
  [ben, "Print proofs", "", 11, 9, 12, 17, "draft"],
  [ada, "Launch plan", "Dates, channels, who is on call", 14, 9, 16, 17, "draft"],
];

const harbor = [
  [dora, "Duty roster for December", "Night shifts first", -3, 9, -1, 17, "completed"],
  [eli, "Network maintenance", "Wards B and C, one hour without wifi", 0, 20, 0, 21, "active"],
  [dora, "Vaccination day", "Hall two, from eight", 2, 8, 2, 16, "active"],
  [eli, "New tablets for the wards", "", 3, 10, 5, 15, "draft"],
  [dora, "Fire drill", "", 8, 10, 8, 11, "draft"],
];

export function seedOrganizations(now) {
  return [
    {
      name: "Northwind Studio",
      people: [
        { ...ada, role: "admin" },
        { ...ben, role: "member" },
        { ...cleo, role: "viewer" },
        { ...eli, role: "member" },
      ],
      schedules: northwind.map((line) => toSchedule(line, now)),
    },
    {
      name: "Harbor Clinic",
      people: [
        { ...dora, role: "admin" },
        { ...eli, role: "member" },
      ],
      schedules: harbor.map((line) => toSchedule(line, now)),
    },
  ];
}

function toSchedule(line, now) {
  const [person, title, description, firstDay, startHour, lastDay, endHour, status] = line;
  const at = (day, hour) => {
    const date = new Date(now);
    date.setHours(hour, 0, 0, 0);
    date.setDate(date.getDate() + day);
    return date.getTime();
  };
  return {
    title,
    ...(description === "" ? {} : { description }),
    person: person.email,
    startDate: at(firstDay, startHour),
    endDate: at(lastDay, endHour),
    status,
  };
}
