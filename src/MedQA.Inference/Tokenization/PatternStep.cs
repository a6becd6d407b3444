namespace MedQA.Inference.Tokenization;

/// <summary>What one step of a split pattern's program does.</summary>
internal enum PatternStepKind
{
    Match,
    Set,
    SetLoop,
    Split,
    Jump,
    LookAhead,
    LookBehind,
    Atomic,
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
}

/// <summary>How a repetition chooses its length.</summary>
internal enum PatternGreed
{
    Greedy,
    Lazy,
    Possessive,
}

/// <summary>One step of a split pattern's program; jumps are relative to the step.</summary>
internal readonly record struct PatternStep
{
    public PatternStepKind Kind { get; init; }

    public CodePointSet? Set { get; init; }

    /// <summary>The preferred target of a split, the target of a jump, or the least count of a loop.</summary>
    public int First { get; init; }

    /// <summary>The other target of a split, or the greatest count of a loop.</summary>
    public int Second { get; init; }

    public PatternGreed Greed { get; init; }

    public bool Negated { get; init; }

    public PatternStep[]? Body { get; init; }
}
