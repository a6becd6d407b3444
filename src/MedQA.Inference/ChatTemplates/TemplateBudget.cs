namespace MedQA.Inference.ChatTemplates;

/// <summary>Bounds what a rendering may do, so that no template runs forever or fills the memory.</summary>
/// <param name="steps">How many statements and operations may be carried out.</param>
/// <param name="characters">How many characters may be built, intermediate texts included.</param>
internal sealed class TemplateBudget(long steps, long characters)
{
    private long _steps = steps;
    private long _characters = characters;

    public void Step(long count = 1)
    {
        if ((_steps -= count) < 0)
        {
            throw new TemplateException("a loop that takes too many steps");
        }
    }

    public void Build(long length)
    {
        if ((_characters -= length) < 0)
        {
            throw new TemplateException("texts that grow too long");
        }
    }
}
