using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace MedQA.Testing;

/// <summary>
/// A case of a theory that is tried where <see cref="LongFactAttribute">long tests</see> are. Other cases of the theory guard the same behavior in
/// every run.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class LongInlineDataAttribute : DataAttribute
{
    private readonly object?[] _values;

    /// <summary>Adds a case.</summary>
    /// <param name="values">The test's arguments.</param>
    public LongInlineDataAttribute(params object?[] values)
    {
        _values = values;
        Explicit = !LongFactAttribute.IsAskedFor(Environment.GetEnvironmentVariable("MEDQA_LONG"), string.Join(' ', values));
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([new TheoryDataRow(_values) { Explicit = ExplicitAsNullable }]);

    /// <inheritdoc/>
    public override bool SupportsDiscoveryEnumeration() => true;
}
