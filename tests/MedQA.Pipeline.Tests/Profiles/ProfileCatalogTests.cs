using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Profiles;

public sealed class ProfileCatalogTests(AzuriteFixture azurite) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-profiles-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Profile Usual => BuiltInProfiles.Default;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(5, null, "self-consistency-samples-5")]
    [InlineData(null, 7L, "self-consistency-seed-7")]
    [InlineData(5, 7L, "self-consistency-samples-5-seed-7")]
    [InlineData(11, -3L, "self-consistency-seed--3")]
    [InlineData(1, long.MinValue, "self-consistency-samples-1-seed--9223372036854775808")]
    [InlineData(11, 1L, "self-consistency")]
    public async Task A_variation_has_a_name_by_which_everybody_derives_it(int? samples, long? seed, string name)
    {
        var varied = ProfileVariation.Of(Usual, samples, seed);
        Assert.Equal(name, varied.Name);
        Assert.Equal(CanonicalJson.Of(Usual with { Name = name, Samples = samples ?? 11, Seed = seed ?? 1 }), CanonicalJson.Of(varied));
        Assert.Equal(CanonicalJson.Of(varied), CanonicalJson.Of((await Catalog().FindAsync(name, Cancel))!));
    }

    [Fact]
    public void A_variation_has_the_run_that_it_had_when_its_profile_was_saved_in_a_file()
    {
        // What earlier versions derived and saved, and the run that they made of it.
        var saved = Usual with { Name = "self-consistency-samples-5-seed-7", Samples = 5, Seed = 7 };
        foreach (var profile in (Profile[])[saved, ProfileVariation.Of(Usual, 5, 7)])
        {
            Assert.Equal(
                "ayqo4ck3sthcqorg",
                RunIdentity.Of($"{profile.Name}/cases.csv", new StoredVersion("0x8DC"), profile.Name, profile, null, new string('f', 64)).ToString());
        }
    }

    [Theory]
    [InlineData("self-consistency-samples-05")]
    [InlineData("self-consistency-samples-0")]
    [InlineData("self-consistency-samples-1001")]
    [InlineData("self-consistency-samples--5")]
    [InlineData("self-consistency-samples-")]
    [InlineData("self-consistency-seed-9223372036854775808")]
    [InlineData("self-consistency-seed--0")]
    [InlineData("self-consistency-seed-+1")]
    [InlineData("none-samples-5")]
    [InlineData("-samples-5")]
    [InlineData("samples-5")]
    [InlineData("self-consistency-samples-5x")]
    public async Task A_name_that_no_variation_has_is_unknown(string name) => Assert.Null(await Catalog().FindAsync(name, Cancel));

    [Fact]
    public async Task A_variation_that_the_strategy_does_not_allow_is_refused_with_the_reason()
    {
        var fault = await Assert.ThrowsAsync<InputException>(() => Catalog().FindAsync("few-shot-samples-5", Cancel));
        Assert.Contains("\"samples\" is 5, but few-shot takes exactly 1", fault.Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => ProfileVariation.Of(BuiltInProfiles.Find("few-shot")!, 5, null));
        Assert.Throws<InputException>(() => ProfileVariation.Of(Usual, 1001, null));
    }

    [Fact]
    public void A_name_that_gets_too_long_is_refused_and_says_what_to_do()
    {
        var longest = Usual with { Name = new string('x', 55) };
        Assert.Equal(64, ProfileVariation.Of(longest, null, 123).Name.Length);
        var fault = Assert.Throws<InputException>(() => ProfileVariation.Of(longest, null, 1234));
        Assert.Contains("has 65 characters, but a name has at most 64. Give the profile a shorter name.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_earlier_versions_that_are_exactly_variations_are_not_listed_but_found()
    {
        Write("mine", """{ "name": "mine", "strategy": "self-consistency", "exemplars": 0, "exemplarSet": null }""");
        var mine = ProfileReader.Parse(File.ReadAllBytes(Path.Combine(_folder, "mine.json")), "mine");
        Write("self-consistency-samples-3", CanonicalJson.Of(ProfileVariation.Of(Usual, 3, null)));
        Write("mine-seed-4", CanonicalJson.Of(ProfileVariation.Of(mine, null, 4)));
        Write("mine-seed-5", CanonicalJson.Of(mine with { Name = "mine-seed-5", Seed = 6 }));
        Write("gone-samples-2", CanonicalJson.Of(Usual with { Name = "gone-samples-2", Samples = 2 }));
        Write("mine-samples-6", "{");
        string[] builtIn = [.. BuiltInProfiles.All.Select(static profile => profile.Name)];

        // In a folder of the host a file is what it says; what earlier versions saved counts less than what a name says.
        foreach (var (catalog, listed, seed) in ((ProfileCatalog, string[], long)[])
            [(Catalog(), ["gone-samples-2", "mine", "mine-seed-5"], 6),
                (new ProfileCatalog(new ProfileFolder(null), earlier: new ProfileFolder(_folder)), ["gone-samples-2", "mine"], 5)])
        {
            var broken = new List<InputException>();
            var names = (await catalog.ListAsync(broken.Add, Cancel)).Select(static profile => profile.Name);
            Assert.Equal([.. builtIn, .. listed], names);
            Assert.Equal(seed == 6 ? 1 : 0, broken.Count);
            Assert.Equal(3, (await catalog.FindAsync("self-consistency-samples-3", Cancel))!.Samples);
            Assert.Equal(seed, (await catalog.FindAsync("mine-seed-5", Cancel))!.Seed);
            Assert.Equal((2, 4), ((await catalog.FindAsync("mine-samples-2-seed-4", Cancel))!.Samples, (await catalog.FindAsync("mine-samples-2-seed-4", Cancel))!.Seed));
        }
    }

    [Fact]
    public async Task A_folder_of_the_uploads_can_name_a_variation()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(2, "quick-samples-2-seed--4/cases.csv");

        var manifest = (await bench.Reader.GetManifestAsync(run, Cancel))!;
        Assert.Equal("quick-samples-2-seed--4", manifest.ProfileName);
        Assert.Equal((2, -4), (manifest.Protocol!.Profile.Samples, manifest.Protocol.Profile.Seed));
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(run)).State);
    }

    private ProfileCatalog Catalog() => new(new ProfileFolder(_folder));

    private void Write(string name, string json) => File.WriteAllText(Path.Combine(_folder, $"{name}.json"), json);

    private void Write(string name, byte[] json) => File.WriteAllBytes(Path.Combine(_folder, $"{name}.json"), json);
}
