namespace MedQA.Benchmarks.EndToEnd;

/// <summary>One figure of one round.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Value">The figure.</param>
internal readonly record struct Measurement(string What, string Unit, double Value);
