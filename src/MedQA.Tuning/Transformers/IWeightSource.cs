namespace MedQA.Tuning.Transformers;

/// <summary>
/// The source of a model's weights. Tensors have the names and shapes of Hugging Face: a linear layer's weight is [outputs, inputs].
/// </summary>
internal interface IWeightSource : IDisposable
{
    /// <summary>Returns whether a tensor exists.</summary>
    bool Has(string name);

    /// <summary>Reads a tensor's numbers, row-major.</summary>
    /// <exception cref="Evaluation.UnusableException">The tensor is missing or has another size.</exception>
    float[] Read(string name, long count);
}
