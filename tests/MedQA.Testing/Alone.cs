namespace MedQA.Testing;

/// <summary>Tests that measure what the process allocates run alone.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
