
// What one iteration hands to the next: call it between two runs.
export function carry() {
$lines
}
