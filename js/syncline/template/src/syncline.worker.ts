// The worker: the database, the functions of convex/ and the connection to the relay.
import app from "virtual:syncline/app";
import { serve } from "syncline/worker";

serve(app);
