"""How well editors answer: figures, anomalies and their deadlines, certificates, the switch."""
