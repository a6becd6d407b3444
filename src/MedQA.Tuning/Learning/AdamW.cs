namespace MedQA.Tuning.Learning;

/// <summary>
/// AdamW with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101), in float32 and in the order of PyTorch's operations.
/// </summary>
internal sealed class AdamW
{
    private const double FirstDecay = 0.9;
    private const double SecondDecay = 0.999;
    private const double Epsilon = 1e-8;

    private readonly double _learningRate;
    private readonly double _weightDecay;

    /// <param name="size">The number of parameters.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="weightDecay">The fraction of each parameter, times the learning rate, that is subtracted at each step.</param>
    public AdamW(int size, double learningRate, double weightDecay)
    {
        (_learningRate, _weightDecay) = (learningRate, weightDecay);
        (First, Second) = (new float[size], new float[size]);
    }

    /// <summary>The running mean of the gradients.</summary>
    public float[] First { get; }

    /// <summary>The running mean of their squares.</summary>
    public float[] Second { get; }

    /// <summary>Updates the parameters by their gradient.</summary>
    /// <param name="numbers">The parameters.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="step">The step, from 1.</param>
    public void Update(float[] numbers, ReadOnlySpan<float> gradient, int step)
    {
        var size = (float)(_learningRate / (1 - Math.Pow(FirstDecay, step)));
        var root = (float)Math.Sqrt(1 - Math.Pow(SecondDecay, step));
        var kept = (float)(1 - (_learningRate * _weightDecay));
        for (var index = 0; index < numbers.Length; index++)
        {
            var slope = gradient[index];
            First[index] += (float)(1 - FirstDecay) * (slope - First[index]);
            Second[index] = (Second[index] * (float)SecondDecay) + ((float)(1 - SecondDecay) * slope * slope);
            var scale = (MathF.Sqrt(Second[index]) / root) + (float)Epsilon;
            numbers[index] = (numbers[index] * kept) - (size * (First[index] / scale));
        }
    }
}
