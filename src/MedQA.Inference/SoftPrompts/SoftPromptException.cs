namespace MedQA.Inference.SoftPrompts;

/// <summary>What is wrong with a soft prompt, as far as a caller can act on it.</summary>
public enum SoftPromptFault
{
    /// <summary>The folder or one of its files is not there or cannot be read.</summary>
    Missing,

    /// <summary>A file is cut off, not in its format, or contradicts the manifest.</summary>
    Damaged,

    /// <summary>The soft prompt was made for another model.</summary>
    OtherModel,
}

/// <summary>A soft prompt cannot be used. The message says which file or model, what is wrong with it, and what to do.</summary>
public sealed class SoftPromptException : Exception
{
    /// <summary>Joins the parts of the message.</summary>
    /// <param name="fault">What kind of fault it is.</param>
    /// <param name="file">The file or folder at fault, or the soft prompt's name.</param>
    /// <param name="problem">What is wrong, a sentence without its full stop.</param>
    /// <param name="remedy">What to do, a sentence without its full stop.</param>
    /// <param name="inner">What was caught, if anything.</param>
    public SoftPromptException(SoftPromptFault fault, string file, string problem, string remedy, Exception? inner = null)
        : base($"{file}: {problem}. {remedy}.", inner) => Fault = fault;

    /// <summary>What kind of fault it is.</summary>
    public SoftPromptFault Fault { get; }
}
