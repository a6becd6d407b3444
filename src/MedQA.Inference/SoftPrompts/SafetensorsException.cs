namespace MedQA.Inference.SoftPrompts;

/// <summary>A safetensors file is damaged or lacks what was asked for. The message says which file and what is wrong.</summary>
/// <param name="file">The file.</param>
/// <param name="problem">What is wrong, a sentence without its full stop.</param>
/// <param name="inner">What was caught, if anything.</param>
internal sealed class SafetensorsException(string file, string problem, Exception? inner = null) : Exception($"{file}: {problem}.", inner)
{
    /// <summary>What is wrong, a sentence without its full stop.</summary>
    public string Problem => problem;
}
