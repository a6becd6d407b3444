namespace MedQA.Inference.Sessions;

/// <summary>
/// How a model is loaded and what it may use. None of it but <see cref="Graph"/>, <see cref="GraphCache"/>, <see cref="Provider"/> and
/// <see cref="MemoryBudget"/> changes the bits of a result.
/// </summary>
public sealed record ModelOptions
{
    /// <summary>
    /// The graph's file name within the folder, or <see langword="null"/> for the one that the folder names (<c>model.onnx</c>).
    /// </summary>
    public string? Graph { get; init; }

    /// <summary>
    /// Where a faster graph of the model may be kept (a few hundred megabytes, made when a model is first loaded), or
    /// <see langword="null"/> to compute with the model's own. Used on processors where it is known to be faster, with
    /// <see cref="ExecutionProvider.Cpu"/> and where <see cref="Graph"/> names none; the model's fingerprint stays, and
    /// <see cref="Evaluation.LanguageModels.ModelDescription.EngineFingerprint"/> says which graph computed.
    /// </summary>
    public string? GraphCache { get; init; }

    /// <summary>What computes the graph.</summary>
    public ExecutionProvider Provider { get; init; } = ExecutionProvider.Cpu;

    /// <summary>Which GPU, from 0; not used by <see cref="ExecutionProvider.Cpu"/>.</summary>
    public int DeviceId { get; init; }

    /// <summary>
    /// The most bytes of the GPU's memory that ONNX Runtime may take, or <see langword="null"/> for all; not used by
    /// <see cref="ExecutionProvider.Cpu"/>.
    /// </summary>
    public long? DeviceMemoryLimit { get; init; }

    /// <summary>Threads of one pass, or 0 for one per core.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// The most bytes for the key/value cache of the samples that are drawn together; more samples are drawn in several groups. Part of
    /// what decides a result's bits.
    /// </summary>
    public long MemoryBudget { get; init; } = 4L << 30;

    /// <summary>The most bytes for the caches of prompt beginnings that questions share (system text and worked examples).</summary>
    public long SharedPrefixBudget { get; init; } = 1L << 30;

    /// <summary>Throws if a setting is out of its range.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it.</exception>
    public void Validate()
    {
        Check(Enum.IsDefined(Provider), nameof(Provider), (long)Provider, "cpu or cuda");
        Check(DeviceId >= 0, nameof(DeviceId), DeviceId, "0 or more");
        Check(DeviceMemoryLimit is null or > 0, nameof(DeviceMemoryLimit), DeviceMemoryLimit ?? 0, "a number of bytes above 0");
        Check(Threads is >= 0 and <= 1024, nameof(Threads), Threads, "0 (one per core) to 1,024");
        Check(MemoryBudget > 0, nameof(MemoryBudget), MemoryBudget, "a number of bytes above 0");
        Check(SharedPrefixBudget >= 0, nameof(SharedPrefixBudget), SharedPrefixBudget, "a number of bytes, 0 or more");
    }

    private static void Check(bool holds, string setting, long value, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentException($"{setting} is {value}: it must be {allowed}.", setting);
        }
    }
}
