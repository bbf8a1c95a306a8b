#!/bin/sh
# sweep_zone.sh FOLDER DOMAINS: zones for a sweep of d0.test, d1.test, …: "test" and "10.in-addr.arpa". Of ten domains six have mail
# at one of four big providers and four at hosts of their own; SPF goes through provider includes, eight have DMARC, five a DKIM key
# under a common selector, one MTA-STS with TLS-RPT, one null MX, one does not exist.
set -eu
head='$TTL 300\n@ SOA ns.test. hostmaster.test. 1 3600 600 86400 60\n@ NS ns.test.\n'
key=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB
{
    printf '$ORIGIN test.\n'"$head"'ns A 127.0.0.1\n'
    awk -v n="$2" -v key="$key" 'BEGIN{
        for (p = 0; p < 4; ++p) {
            printf "_spf.p%d TXT \"v=spf1 include:_net1.p%d.test include:_net2.p%d.test ~all\"\n", p, p, p
            printf "_net1.p%d TXT \"v=spf1 ip4:10.%d.0.0/16 ~all\"\n_net2.p%d TXT \"v=spf1 ip4:192.0.2.%d ~all\"\n", p, 200+p, p, p
            for (m = 1; m < 3; ++m) printf "mx%d.p%d A 10.%d.0.%d\n", m, p, 200+p, m
        }
        for (i = 0; i < n; ++i) {
            d = "d" i; k = i % 10; p = i % 4
            if (k == 9) continue
            if (k == 8) { printf "%s MX 0 .\n%s TXT \"v=spf1 -all\"\n_dmarc.%s TXT \"v=DMARC1; p=reject\"\n", d, d, d; continue }
            if (k < 6) for (m = 1; m < 3; ++m) printf "%s MX %d mx%d.p%d.test.\n", d, 10*m, m, p
            else printf "%s MX 10 mail.%s.test.\nmail.%s A 10.%d.%d.%d\n", d, d, d, i/65536, int(i/256)%256, i%256
            printf "%s TXT \"v=spf1 include:_spf.p%d.test mx ip4:10.%d.%d.%d -all\"\n", d, p, i/65536, int(i/256)%256, i%256
            if (k < 7) printf "_dmarc.%s TXT \"v=DMARC1; p=none; rua=mailto:d@%s.test\"\n", d, d
            if (k < 5) printf "google._domainkey.%s TXT \"v=DKIM1; k=rsa; p=%s\"\n", d, key
            if (k == 0) printf "_mta-sts.%s TXT \"v=STSv1; id=1\"\n_smtp._tls.%s TXT \"v=TLSRPTv1; rua=mailto:t@%s.test\"\n", d, d, d
        }}'
} > "$1/test.zone"
{
    printf '$ORIGIN 10.in-addr.arpa.\n'"$head"
    awk -v n="$2" 'BEGIN{
        for (p = 0; p < 4; ++p) for (m = 1; m < 3; ++m) printf "%d.0.%d PTR mx%d.p%d.test.\n", m, 200+p, m, p
        for (i = 0; i < n; ++i) if (i%10 > 5 && i%10 < 8) printf "%d.%d.%d PTR mail.d%d.test.\n", i%256, int(i/256)%256, i/65536, i }'
} > "$1/reverse.zone"
