// The worker: the database, the application's functions and the connection to the relay.
import { serve } from "syncline/worker";
import app from "virtual:syncline/app";

serve(app);
