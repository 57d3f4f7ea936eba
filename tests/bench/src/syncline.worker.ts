// The worker as an application has it.

import app from "virtual:syncline/app";
import { serve } from "syncline/worker";

serve(app);
