namespace MedQA.Inference.Checking;

/// <summary>A folder or file of references cannot be used at all. The message says which and why.</summary>
public sealed class ReferencesException : Exception
{
    /// <summary>Joins the parts of the message.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="problem">What is wrong, a sentence without its full stop.</param>
    /// <param name="inner">What was caught, if anything.</param>
    public ReferencesException(string path, string problem, Exception? inner = null)
        : base($"{path}: {problem}.", inner) => Path = path;

    /// <summary>The folder or file.</summary>
    public string Path { get; }
}
