namespace MedQA.Tuning.Transformers;

/// <summary>
/// Where a model's weights are from. Tensors have the names and shapes that Hugging Face gives them: a linear layer's weight is [outputs,
/// inputs].
/// </summary>
internal interface IWeightSource : IDisposable
{
    /// <summary>Whether there is a tensor of that name.</summary>
    bool Has(string name);

    /// <summary>A tensor's numbers, row-major.</summary>
    /// <exception cref="Evaluation.UnusableException">It is not there or not of the size that is expected.</exception>
    float[] Read(string name, long count);
}
