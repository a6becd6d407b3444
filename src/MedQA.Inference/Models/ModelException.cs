namespace MedQA.Inference.Models;

/// <summary>A model cannot be used as it is. The message says which file, what is wrong with it, and what to do.</summary>
public sealed class ModelException : Exception
{
    /// <summary>Joins the parts of the message.</summary>
    /// <param name="fault">What kind of fault it is.</param>
    /// <param name="file">The file or folder at fault.</param>
    /// <param name="problem">What is wrong, a sentence without its full stop.</param>
    /// <param name="remedy">What to do, a sentence without its full stop.</param>
    /// <param name="inner">What was caught, if anything.</param>
    public ModelException(ModelFault fault, string file, string problem, string remedy, Exception? inner = null)
        : base($"{file}: {problem}. {remedy}.", inner)
    {
        Fault = fault;
        File = file;
    }

    /// <summary>What kind of fault it is.</summary>
    public ModelFault Fault { get; }

    /// <summary>The file or folder at fault.</summary>
    public string File { get; }
}
