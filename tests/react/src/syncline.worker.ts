// The worker: database and functions.
import app from "virtual:syncline/app";
import { serve } from "syncline/worker";

serve(app);
