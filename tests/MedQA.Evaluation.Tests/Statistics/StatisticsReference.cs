using System.Text.Json;

namespace MedQA.Evaluation.Tests.Statistics;

/// <summary>The expected values of tests/references/statistics.json, made with scipy, statsmodels, scikit-learn and krippendorff.</summary>
internal static class StatisticsReference
{
    public const double Tolerance = 1e-9;

    private static readonly JsonElement Root = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "references", "statistics.json"))).RootElement;

    public static JsonElement Section(string name) => Root.GetProperty(name);

    public static double[] Doubles(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(static value => value.GetDouble())];

    public static int[] Integers(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(static value => value.GetInt32())];

    public static bool[] Flags(this JsonElement element, string name) => [.. element.Integers(name).Select(static value => value == 1)];

    public static double Double(this JsonElement element, string name) => element.GetProperty(name).GetDouble();

    public static int Integer(this JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
