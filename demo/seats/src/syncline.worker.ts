// The worker: the database, the application's functions and the connection to the relay.
import app from "virtual:syncline/app";
import { serve } from "syncline/worker";

serve(app);
