//! Scenario and rig files, from YAML to checked values.
